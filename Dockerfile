# docker build -t logling .
# docker run --rm -v logling:/home/logling/home -v /var/log:/logs:ro logling init /home/logling/home --source /logs/dpkg.log
# docker run --rm -v logling:/home/logling/home -v /var/log:/logs:ro logling retrain
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY model model
COPY service service
COPY web web
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl && rm -r /wheels
RUN useradd --create-home logling && install -d -o logling -g logling /home/logling/home
USER logling
ENV LOGLING_HOME=/home/logling/home
WORKDIR /home/logling
VOLUME /home/logling/home
ENTRYPOINT ["logling"]
