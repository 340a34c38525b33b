"""Made-up viruses, hosts and reads with known truth, for scripts/make-dataset."""
