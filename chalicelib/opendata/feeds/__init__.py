"""What machines follow the public catalogue by: Atom feeds, the sitemap and robots.txt."""
