"""What every template may call: bundled files by name, icons, links that keep the query."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from markupsafe import Markup

_KEY = "fieldservice-assets"


class BundleMissing(RuntimeError):
    """The bundle was not built, or does not hold what a page asks for."""


class _Manifest(TypedDict):
    files: dict[str, str]
    icons: list[str]


def init_assets(app: Flask) -> None:
    """Give templates `asset(name)`, `icon(name, label)`, `query(…)` and `page_language()`."""
    app.jinja_env.globals.update(asset=asset, icon=icon, query=query, page_language=page_language)


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
    # Sizes in the markup, so that a drawing stays small even where the styles did not arrive.
    said = (
        Markup('aria-hidden="true"')
        if label is None
        else Markup('role="img" aria-label="{}"').format(label)
    )
    return Markup('<svg class="icon" width="20" height="20" {}><use href="{}"></use></svg>').format(
        said, href
    )


def query(**changes: object) -> str:
    """This page's query with some values changed, as `?…`; None drops one."""
    kept = request.args.to_dict(flat=False)
    asked = {**kept, **{name: [] if v is None else [str(v)] for name, v in changes.items()}}
    return "?" + urlencode(asked, doseq=True)


def page_language() -> str:
    """The language of the words on this page, as HTML wants it."""
    return str(get_locale() or "en").replace("_", "-")


def _manifest() -> _Manifest:
    path = Path(current_app.static_folder or "") / "dist" / "manifest.json"
    kept: tuple[int, _Manifest] | None = current_app.extensions.get(_KEY)
    try:
        # A new build deletes the old files, so a server that outlives it must notice at once.
        built_at = path.stat().st_mtime_ns
        if kept is not None and kept[0] == built_at:
            return kept[1]
        manifest: _Manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise BundleMissing(
            "The pages have no styles and scripts yet. Run “npm install” and “npm run build” "
            "in the project's folder, then load the page again."
        ) from missing
    current_app.extensions[_KEY] = (built_at, manifest)
    return manifest
