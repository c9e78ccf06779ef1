FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.mjs scripts/build.mjs
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts
# A first start keeps the program's compiled code in dist/, where the image's user cannot write.
RUN timeout --signal=TERM 5 node dist/main.js --port 0 --dir /tmp/start; ls dist/*.code

FROM node:24-slim
# What the image sets is in a file, which one of the user's can replace: variables would stand above it.
ENV NODE_ENV=production \
    FERRITE_CONFIG=/etc/ferrite-ts.toml
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY config/image.toml /etc/ferrite-ts.toml
RUN ln -s /app/dist/main.js /usr/local/bin/ferrite-ts && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 6379 6380
# It reads the file and the variables, and sees no arguments of the container.
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["ferrite-ts", "ping"]
ENTRYPOINT ["ferrite-ts"]
