"""The page that describes the API, for people."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from autochrome.studio.api_docs import STYLE, docs_page

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The page."""
    return HTMLResponse(docs_page(request.app.openapi()))


@router.get("/docs/style.css")
def style() -> Response:
    """Its style. A file of its own, because the security policy allows no style inside a page."""
    return Response(STYLE, media_type="text/css")
