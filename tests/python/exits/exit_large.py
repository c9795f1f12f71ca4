"""Exit codes are taken modulo 256; raise SystemExit works like sys.exit."""
print("exiting")
raise SystemExit(259)
