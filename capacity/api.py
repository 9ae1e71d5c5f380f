"""Forecasts for programs: the same rows and rights as the pages, for reading."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission, IsAuthenticated

from capacity.models import Forecast
from capacity.models.forecasts import ForecastQuerySet
from capacity.services.results import result_for
from portfolio.core.models import User


class SeesTheBoard(BasePermission):
    def has_permission(self, request: Any, _view: Any) -> bool:
        return bool(request.user.has_perm("intake.see_board"))


class NewestFirst(CursorPagination):
    page_size = 50
    ordering = ("-queued_at", "-pk")


class ForecastOut(serializers.ModelSerializer[Forecast]):
    class Meta:
        model = Forecast
        fields = [
            "id", "team", "state", "reason", "progress", "error", "queued_at",
            "gathered_at", "finished_at", "starts_on", "trials", "seed", "plan_hash",
            "plan_revision",
        ]  # fmt: skip
        read_only_fields = fields


class ForecastWithResult(ForecastOut):
    result = serializers.SerializerMethodField()

    class Meta(ForecastOut.Meta):
        fields = [*ForecastOut.Meta.fields, "result"]
        read_only_fields = fields

    def get_result(self, forecast: Forecast) -> dict[str, Any]:
        request: HttpRequest = self.context["request"]
        return result_for(forecast, user=request.user)  # type: ignore[arg-type]  # signed in, so ours


class ForecastList(generics.ListAPIView[Forecast]):
    serializer_class = ForecastOut
    pagination_class = NewestFirst
    permission_classes = [IsAuthenticated, SeesTheBoard]

    def get_queryset(self) -> ForecastQuerySet:
        visible = Forecast.objects.visible_to(cast("User", self.request.user))
        return visible.defer("plan", "result", "turns")


class ForecastDetail(generics.RetrieveAPIView[Forecast]):
    serializer_class = ForecastWithResult
    permission_classes = [IsAuthenticated, SeesTheBoard]

    def get_queryset(self) -> ForecastQuerySet:
        visible = Forecast.objects.visible_to(cast("User", self.request.user))
        return visible.defer("plan", "turns")
