"""What every blueprint needs to speak HTTP well."""

from flask import Flask

from blogapp.web import (
    assets,
    auditing,
    bodies,
    cross_site,
    directory,
    editing,
    errors,
    filters,
    headers,
    jobs,
    language,
    later,
    look,
    mailing,
    moving,
    outside,
    passkeys,
    policy_reports,
    portraits,
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
        policy_reports,
        theming,
        assets,
        serving,
        scripts,
        editing,
        look,
        later,
        speculating,
        outside,
        passkeys,
        portraits,
        cross_site,
        errors,
        moving,
        language,
        remembering,
        filters,
        bodies,
        headers,
        directory,
        mailing,
        auditing,
        jobs,
    ):
        part.init_app(app)
