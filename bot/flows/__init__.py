"""One file per thing a person can do. Flows are pure: context in, step out."""
