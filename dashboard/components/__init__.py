"""Components of our own, where Streamlit has none: each a Python module with its HTML, CSS and JavaScript beside it."""

from dashboard.components.confusion_matrix import confusion_matrix
from dashboard.components.gallery import Tile, gallery
from dashboard.components.maps import PictureMap, picture_maps

__all__ = ["PictureMap", "Tile", "confusion_matrix", "gallery", "picture_maps"]
