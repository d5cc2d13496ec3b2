"""Write what the renderings say now. No database is asked."""

from __future__ import annotations

from app import create_app
from app.insights.languages import LANGUAGES
from tests.conftest import make_settings
from tests.reports.golden.drawing import FILES, PAGES, golden, kept


def main() -> None:
    app = create_app(make_settings("postgresql://nowhere/nothing"))
    for language in LANGUAGES:
        for name, render in {**FILES, **PAGES}.items():
            kept(language, name).write_text(f"{render(app, golden(language))}\n")


if __name__ == "__main__":
    main()
