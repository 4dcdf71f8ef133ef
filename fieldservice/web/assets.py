"""What every page is dressed with: bundled files by name, icons, the page's language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict

from flask import Flask, current_app, url_for
from flask_babel import get_locale
from markupsafe import Markup

_KEY = "fieldservice-assets"


class BundleMissing(RuntimeError):
    """The bundle was not built, or does not hold what a page asks for."""


class _Manifest(TypedDict):
    files: dict[str, str]
    icons: list[str]
    read_at: NotRequired[float]


def init_assets(app: Flask) -> None:
    """Give templates `asset(name)`, `icon(name, label)` and `page_language()`."""
    app.jinja_env.globals.update(asset=asset, icon=icon, page_language=page_language)


def asset(name: str) -> str:
    """The address of a bundled file, such as `style.css` or `office.js`."""
    files = _manifest()["files"]
    if name not in files:
        raise BundleMissing(
            f"The bundle has no “{name}”. It holds: {', '.join(sorted(files))}. "
            "Run “npm run build” after adding a file to fieldservice/web/client."
        )
    return url_for("static", filename=f"dist/{files[name]}")


def icon(name: str, label: str | None = None) -> Markup:
    """One drawing of the sprite; decoration unless it gets a label."""
    if name not in _manifest()["icons"]:
        raise BundleMissing(
            f"The sprite has no icon “{name}”. Add it to fieldservice/web/client/icons.mjs "
            "and run “npm run build”."
        )
    href = f"{asset('icons.svg')}#{name}"
    if label is None:
        return Markup(
            '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>'
        ).format(href)
    return Markup(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"></use></svg>'
    ).format(label, href)


def page_language() -> str:
    """The language of the words on this page, as HTML wants it."""
    return str(get_locale() or "en").replace("_", "-")


def _manifest() -> _Manifest:
    path = Path(current_app.static_folder or "") / "dist" / "manifest.json"
    kept: _Manifest | None = current_app.extensions.get(_KEY)
    if kept is not None and not current_app.debug:
        return kept
    try:
        changed_at = path.stat().st_mtime
        if kept is not None and kept.get("read_at") == changed_at:
            return kept
        manifest: _Manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise BundleMissing(
            "The pages have no styles and scripts yet. Run “npm install” and “npm run build” "
            "in the project's folder, then load the page again."
        ) from missing
    manifest["read_at"] = changed_at
    current_app.extensions[_KEY] = manifest
    return manifest
