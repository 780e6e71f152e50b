"""The page on which a dictation is recorded or sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from medisync.http.pages.view import PageView


class Record(PageView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "recordings/record.html", {"section": "record"})
