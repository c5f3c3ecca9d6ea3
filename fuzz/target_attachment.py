"""Attachments beside ledger entries: read back as they were written, and any octets leave at most a skipped entry."""

from frankmark.foundation.errors import Misuse
from frankmark.ports.log import Row
from frankmark.services.attachments import Attachment
from frankmark.services.recording import project_entry


def one_input(data: bytes) -> None:
    project_entry(Row(index=0, data=data[:512], leaf=b"", attachment=data[512:]))
    try:
        attachment = Attachment.parse(data)
    except Misuse:
        return
    if Attachment.parse(attachment.render()) != attachment or Attachment.parse(attachment.erased().render()).asset:
        raise AssertionError("an attachment is not read back as it was")
