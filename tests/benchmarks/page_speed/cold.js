'use strict';

// From the opening of a page to the first token, by one engine, in milliseconds; what is shown is that token.

const CONTEXT = ['12:00 bed1 air 20.0 ok', '12:01 bed2 air 20.1 ok', '12:02 bed1 air 20.3 ok'];

async function firstToken(engine) {
  const step = await engine.begin();
  let logits;
  for (const token of engine.model.vocabulary.encode('\n' + CONTEXT.join('\n') + '\n'))
    logits = await step(token);
  document.body.textContent = engine.model.vocabulary.decode([pick(logits, 0, 0, 0)]);
  return performance.now();
}

async function openOurs() {
  const { model } = decodeWeights(LOGLING_WEIGHTS);
  const state = primed(model, CONTEXT);
  document.body.textContent = model.vocabulary.decode([pick(state.logits, 0, 0, 0)]);
  return performance.now();
}

async function openOnnxRuntime(shape) {
  const { model } = readWeights(LOGLING_WEIGHTS);
  const graph = new Uint8Array(await (await fetch(`${shape}-1.onnx`)).arrayBuffer());
  return firstToken(await OnnxRuntime.create({ model, graph, block: 1 }));
}

async function openTensorFlow() {
  const { model } = readWeights(LOGLING_WEIGHTS);
  return firstToken(await TensorFlow.create({ model, block: 1, wasm: 'tfjs/' }));
}
