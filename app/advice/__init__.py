"""What is done with findings: kept, reviewed, applied, and raised as alerts."""
