"""What every blueprint needs to speak HTTP well."""

from flask import Flask

from blogapp.web import (
    assets,
    bodies,
    errors,
    filters,
    headers,
    jobs,
    language,
    look,
    outside,
    proxies,
    theming,
)


def init_app(app: Flask) -> None:
    for part in (
        proxies,
        theming,
        assets,
        look,
        outside,
        errors,
        language,
        filters,
        bodies,
        headers,
        jobs,
    ):
        part.init_app(app)
