"""A small workflow engine: what Argo's controller and the kubelet do, on the demo's store."""
