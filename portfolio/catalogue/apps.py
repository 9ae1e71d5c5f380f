from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "portfolio.catalogue"

    def ready(self) -> None:
        from portfolio.catalogue.finding import find_integrations
        from portfolio.core.search import announce_finder

        announce_finder(find_integrations)
