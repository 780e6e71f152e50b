"""The overview for staff and superusers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from medisync.http.pages.plots import Plot, Series
from medisync.http.pages.view import PageView
from recordings import overview
from recordings.choices import RenditionState, Source

PERIODS = (14, 30, 90)
_MINUTE_MS = 60_000


class Overview(PageView):
    """Numbers of the whole clinic; of nobody's records."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.user.sees_clinic:
            raise PermissionDenied
        asked = request.GET.get("days", "")
        number = int(asked) if asked in map(str, PERIODS) else PERIODS[1]
        days = overview.last_days(number)
        came = overview.arrivals(days)
        stored = overview.stored()
        refused = overview.failed_sign_ins(days)
        sources = {
            Source.VISIT: _("Visits"),
            Source.DICTATION: _("Dictations"),
            Source.CALL: _("Calls"),
        }
        minutes = {
            source: [length // _MINUTE_MS for length in lengths]
            for source, lengths in came.lengths.items()
        }
        unready = overview.unready_renditions()
        context: dict[str, Any] = {
            "section": "overview",
            "periods": PERIODS,
            "period": number,
            "today": days[-1],
            "came_today": sum(counts[-1] for counts in came.counts.values()),
            "minutes_today": sum(lengths[-1] for lengths in came.lengths.values())
            // _MINUTE_MS,
            "stored": stored.originals + stored.renditions,
            "stored_originals": stored.originals,
            "in_the_making": unready[RenditionState.MAKING],
            "waiting": unready[RenditionState.WAITING],
            "failed": unready[RenditionState.FAILED],
            "refused_today": refused[-1],
            "plots": [
                Plot(
                    "came",
                    _("Recordings that came in"),
                    days,
                    [Series(sources[s], s.value, came.counts[s]) for s in Source],
                ),
                Plot(
                    "minutes",
                    _("Minutes"),
                    days,
                    [Series(sources[s], s.value, minutes[s]) for s in Source],
                ),
                Plot(
                    "stored",
                    _("Originals in store"),
                    days,
                    [
                        Series(
                            _("At the day's end"),
                            "level",
                            overview.levels(stored.originals, came.sizes),
                        )
                    ],
                    written=filesizeformat,
                    is_level=True,
                ),
                Plot(
                    "refused",
                    _("Refused sign-ins"),
                    days,
                    [Series(_("Refused"), "bad", refused)],
                ),
            ],
        }
        return render(request, "recordings/overview.html", context)
