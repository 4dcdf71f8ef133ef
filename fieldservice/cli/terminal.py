"""How long work shows itself in a terminal: one line a step, with its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console

Step = Callable[[str], AbstractContextManager[None]]


@contextmanager
def steps() -> Iterator[Step]:
    """Lends a `step(title)` that turns while it works and stays with a tick, or a cross."""
    console = Console()

    @contextmanager
    def step(title: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            with console.status(title):
                yield
        except BaseException:
            console.print(f"[red]✗[/red] {title}")
            raise
        console.print(f"[green]✓[/green] {title} [dim]{time.monotonic() - begun:.1f} s[/dim]")

    yield step
