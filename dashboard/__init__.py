"""The Streamlit layer that all pages share. It calls cifar_core and draws; it computes nothing itself."""
