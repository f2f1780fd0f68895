# The dashboard in a container.
#
#   docker build -t cifar-lab .                               torch for the processor, about a third of the size
#   docker build -t cifar-lab --build-arg TORCH=cuda .        torch with what NVIDIA GPUs need (docker run --gpus all)
#   docker build -t cifar-lab --build-arg EXTRAS=cluster .    with Ray, for several machines: docs/cluster.md
#   docker run -p 127.0.0.1:8501:8501 -v cifar-data:/data -v cifar-runs:/runs cifar-lab
ARG PYTHON=3.12
FROM python:${PYTHON}-slim

ARG TORCH=cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1
WORKDIR /opt/cifar-lab

# First and apart, since it is most of the image and changes least. TORCH: cpu or cuda.
COPY constraints.txt requirements.txt ./
RUN case "$TORCH" in \
        cpu) python -m pip install -c constraints.txt --index-url https://download.pytorch.org/whl/cpu torch torchvision ;; \
        cuda) python -m pip install -c constraints.txt torch torchvision ;; \
        *) echo "TORCH = $TORCH is not allowed; allowed: cpu, cuda" >&2; exit 2 ;; \
    esac
RUN python -m pip install -c constraints.txt -r requirements.txt

# EXTRAS: any of export, sweep, cluster, with commas between them.
ARG EXTRAS=
COPY . .
RUN python -m pip install -c constraints.txt ".${EXTRAS:+[$EXTRAS]}"

# Nobody's rights but to the two folders that hold what people make.
RUN useradd --create-home --uid 1000 lab && install --directory --owner lab /data /runs
USER lab
WORKDIR /home/lab
ENV CIFAR_DATA_DIR=/data CIFAR_RUNS_DIR=/runs STREAMLIT_SERVER_ADDRESS=0.0.0.0
VOLUME ["/data", "/runs"]
EXPOSE 8501

# Of another name than localhost: -e STREAMLIT_SERVER_ALLOWED_HOSTS="lab.example.org localhost"
# Below a path: -e STREAMLIT_SERVER_BASE_URL_PATH=lab
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s CMD ["python", "-c", "\
import os, urllib.request as web; \
base = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); \
web.urlopen(f\"http://127.0.0.1:8501/{base + '/' if base else ''}_stcore/health\", timeout=4)"]
CMD ["cifar-lab", "app", "--port", "8501"]
