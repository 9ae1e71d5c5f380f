from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from portfolio.core.tidying import tidy_between_requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
application = get_wsgi_application()
# All views are loaded to find one; none is left to the first who asks.
resolve("/")
tidy_between_requests()
