"""What gunicorn loads in a checkout: `gunicorn wsgi:app`. A wheel has `blogapp.wsgi` alone."""

from blogapp.wsgi import app as app
