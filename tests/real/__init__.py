"""Stories on a real cluster, compared with kubectl and, where it is installed, argo."""
