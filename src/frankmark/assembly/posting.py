"""The way out for mail, as an operator's settings want it."""

from frankmark.adapters.network.smtp import SmtpPost, SmtpTls, Submission
from frankmark.adapters.system.clock import SystemClock
from frankmark.ports.post import PostOffice
from frankmark.settings import SmtpSettings

__all__ = ["way_out"]


def way_out(smtp: SmtpSettings) -> PostOffice | None:
    """The post office of the settings; None without one."""
    if not smtp.host:
        return None
    submission = Submission(host=smtp.host, port=smtp.port, tls=SmtpTls(smtp.tls), sender=smtp.sender)
    return SmtpPost(submission, SystemClock({}))
