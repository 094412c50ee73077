"""Install every peer that has to be: `make peers`."""

from peers import cocoindex, postgraphile

if __name__ == "__main__":
    postgraphile.install()
    cocoindex.install()
