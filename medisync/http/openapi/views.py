"""The documents and the page that shows them; open to everybody."""

from __future__ import annotations

from collections.abc import Mapping

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View

from medisync.http.openapi.document import Document


class DocumentsView(View):
    http_method_names = ["get", "head", "options"]
    documents: Mapping[str, Document] = {}

    def document(self, name: str) -> Document:
        """Raises Http404."""
        try:
            return self.documents[name]
        except KeyError:
            raise Http404 from None


class OpenApiDocument(DocumentsView):
    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return JsonResponse(dict(self.document(name).build()))


class DocsIndex(DocumentsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"documents": self.documents.values(), "section": "docs"}
        return render(request, "docs/index.html", context)


# Swagger UI draws its icons from its style sheet.
@method_decorator(csp_update({"img-src": ["'self'", "data:"]}), name="dispatch")
class DocsPage(DocumentsView):
    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        context = {
            "document": self.document(name),
            "documents": self.documents.values(),
            "section": "docs",
        }
        return render(request, "docs/document.html", context)
