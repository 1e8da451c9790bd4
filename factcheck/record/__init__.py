"""What has been published: revisions, the public log, the read model."""
