"""The studio: a local web page, and the same things over HTTP, to colour photographs and films and put them right.

`server.serve` starts it. The only home of fastapi, starlette and uvicorn.
"""
