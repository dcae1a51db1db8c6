"""HTTP routes. They check requests, call the services, and make responses."""
