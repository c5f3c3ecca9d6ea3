"""How many connections a node holds open at once.

Far more than a flood of waiting strangers fills, and fewer than it has file descriptors, of which its own questions to
the world need their share.
"""

import resource

__all__ = ["BACKLOG", "most_connections"]

BACKLOG = 1_024
MOST = 8_192
LEAST = 128


def most_connections() -> int:
    """Half of the descriptors that this process may have, its soft limit raised as far as the system lets it.

    Returns:
        The most connections at once; whoever comes then waits in the system's queue.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else max(soft, min(hard, wanted))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return MOST
    return max(LEAST, min(MOST, soft // 2))
