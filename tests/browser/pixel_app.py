"""The server of the page whose pixels are looked at."""

import numpy as np
import streamlit as st
from starlette.responses import Response

from dashboard.components import modules
from dashboard.components.messages import encode_sprite
from dashboard.routes import own_route
from tests.browser.pixel_scenes import draw_halves


def answer(request):
    return Response(encode_sprite(np.stack([draw_halves()] * 16), 16, 75), media_type="image/webp")


app = st.App("pixel_page.py", routes=[*modules.create_routes(), own_route("pictures/{packed}", answer)])
