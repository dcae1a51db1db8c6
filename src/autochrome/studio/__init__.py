"""The studio: a local web page and an HTTP API to colour photographs and films and to correct the colours by hand.

`server.serve` starts it. This package is the only home of fastapi, starlette, sse-starlette and uvicorn.
"""
