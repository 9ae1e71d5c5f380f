from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
application = get_wsgi_application()

# All views are loaded to find one. What is loaded stays as long as the process: looking
# it through for garbage held one page in four up by 90 ms, and looking often through
# what a page has made itself each page by 8.
resolve("/")
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
