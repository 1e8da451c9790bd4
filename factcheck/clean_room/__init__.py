"""The decoding of what strangers send: web pages, PDFs, pictures and uploads. Bytes go in, and JSON comes out.

`door.decode` is the only way in. The other modules run in a process without keys, network and database, so they import
neither Django nor any other package of ours.
"""
