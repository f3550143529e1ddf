import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { UngrainError } from '@ungrain/core';

/** What of a SentencePiece model (`spiece.model`, sentencepiece_model.proto) its text needs to be cut into pieces. */
export interface SentencePieceModel {
  /** Each piece with the logarithm of its probability; a piece's id is its place. */
  readonly pieces: readonly (readonly [piece: string, score: number])[];
  readonly unknownId: number;
  /** Rewriting rules for `charsmapNormalizer`. */
  readonly charsmap: Uint8Array;
}

/** Fields of the messages, by number. */
const MODEL = { pieces: 1, trainer: 2, normalizer: 3 } as const;
const PIECE = { piece: 1, score: 2, type: 3 } as const;
const TRAINER = { modelType: 3 } as const;
const NORMALIZER = { charsmap: 2 } as const;
const UNIGRAM = 1;
const UNKNOWN_PIECE = 2;

type Field = (number: number, wire: WireType, reader: BinaryReader) => boolean;

/**
 * Reads a SentencePiece model of the unigram kind, as T5's are.
 * @throws UngrainError `bad-tokenizer` if it is damaged or of another kind
 */
export function readSentencePieceModel(bytes: Uint8Array, file: string): SentencePieceModel {
  const refuse = (reason: string): never => {
    throw new UngrainError('bad-tokenizer', `${file} is no SentencePiece model that T5 uses: ${reason}.`, 'failure');
  };
  const pieces: [string, number][] = [];
  let unknownId = -1;
  let modelType = UNIGRAM;
  let charsmap = new Uint8Array();
  try {
    readMessage(bytes, (number, wire, reader) => {
      if (wire !== WireType.LengthDelimited) return false;
      if (number === MODEL.pieces) {
        const { piece, score, type } = readPiece(reader.bytes());
        if (type === UNKNOWN_PIECE) unknownId = pieces.length;
        pieces.push([piece, score]);
      } else if (number === MODEL.trainer)
        readMessage(reader.bytes(), (field, _, inner) => {
          if (field !== TRAINER.modelType) return false;
          modelType = inner.int32();
          return true;
        });
      else if (number === MODEL.normalizer)
        readMessage(reader.bytes(), (field, _, inner) => {
          if (field !== NORMALIZER.charsmap) return false;
          charsmap = new Uint8Array(inner.bytes());
          return true;
        });
      else return false;
      return true;
    });
  } catch {
    return refuse('it is damaged');
  }
  if (modelType !== UNIGRAM) refuse('its pieces are not those of a unigram model');
  if (pieces.length === 0 || unknownId < 0) refuse('it has no pieces, or none for what is unknown');
  return { pieces, unknownId, charsmap };
}

function readPiece(bytes: Uint8Array): { piece: string; score: number; type: number } {
  const read = { piece: '', score: 0, type: 1 };
  readMessage(bytes, (number, _, reader) => {
    if (number === PIECE.piece) read.piece = reader.string();
    else if (number === PIECE.score) read.score = reader.float();
    else if (number === PIECE.type) read.type = reader.int32();
    else return false;
    return true;
  });
  return read;
}

/** Reads a message field by field; those that `take` leaves are skipped. */
function readMessage(bytes: Uint8Array, take: Field): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (!take(number, wire, reader)) reader.skip(wire, number);
  }
}
