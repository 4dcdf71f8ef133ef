"""The compiled planner, for programs that tests start with an environment of their own."""

from __future__ import annotations

from fieldservice.scheduling.search.compiling import cache_folder


def where_compiled() -> dict[str, str]:
    """The variable that leads to the kernels this process uses, so that none is compiled twice."""
    return {"XDG_CACHE_HOME": str(cache_folder().parent.parent)}
