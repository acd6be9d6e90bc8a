"""An engineering blog you host yourself."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from blogapp.config import Config

PACKAGE = Path(__file__).parent


def create_app(config: "Config | None" = None) -> "Flask":
    """Assemble an application; the only place where all the parts meet."""
    # Here, so that a process that only renders text starts without them.
    from flask import Flask

    from blogapp import account, auth, authoring, public, web
    from blogapp.caching import middleware, storing, tagging, watching
    from blogapp.config import Config
    from blogapp.extensions import csrf, db, sharing
    from blogapp.public import media_files
    from blogapp.web import serving
    from blogapp.web.templating import SharedGlobals

    config = config or Config.from_env()
    home = PACKAGE.parent if (PACKAGE.parent / "templates").is_dir() else PACKAGE
    app = Flask(
        __name__,
        instance_path=str(config.INSTANCE),
        template_folder=home / "templates",
        static_folder=home / "static",
    )
    app.config.from_object(config)
    app.jinja_environment = SharedGlobals

    for extension in (db, sharing, csrf):
        extension.init_app(app)

    # Before what stands around Flask for other reasons: it answers in their names.
    for cache in (watching, middleware, tagging, storing):
        cache.init_app(app)
    web.init_app(app)

    for blueprint in (public.bp, authoring.bp, account.bp, auth.bp):
        app.register_blueprint(blueprint)

    for files in (media_files, serving):
        files.put_first(app)
    return app
