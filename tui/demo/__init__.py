"""A stand-in cluster: Kubernetes API, a small workflow engine, an S3 route."""
