"""What gunicorn loads: `gunicorn blogapp.wsgi:app`."""

from blogapp import create_app
from blogapp.extensions import serve

app = create_app()
serve(app)
