//! `POST /api/search`: the same search as the page and the command line.
