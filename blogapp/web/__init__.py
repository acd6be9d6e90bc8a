"""What every blueprint needs to speak HTTP well."""

from flask import Flask

from blogapp.web import (
    assets,
    bodies,
    editing,
    errors,
    filters,
    headers,
    jobs,
    language,
    later,
    look,
    moving,
    outside,
    proxies,
    remembering,
    scripts,
    serving,
    speculating,
    tallying,
    theming,
)


def init_app(app: Flask) -> None:
    for part in (
        tallying,
        proxies,
        theming,
        assets,
        serving,
        scripts,
        editing,
        look,
        later,
        speculating,
        outside,
        errors,
        moving,
        language,
        remembering,
        filters,
        bodies,
        headers,
        jobs,
    ):
        part.init_app(app)
