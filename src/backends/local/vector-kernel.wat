;; scan(query, codes, scales, rows, groups, bias, minScore, hits) -> bytes written at $hits.
;;
;; For each of $rows rows (at least one) it computes
;;   score = scale[row] * (sum over i of query[i] * code[row][i] - bias)
;; and, when score >= $minScore, writes the row's number (i32) and the score (f32) at $hits: 8 bytes.
;;
;; A row is $groups groups of 128 dimensions (64 bytes, at least one group). A group is four chunks of
;; 16 bytes. The low half of a chunk's byte j is dimension j, its high half is dimension 16 + j.
;; The query has one i16 for each dimension, in order. vector-codes.ts writes both layouts.
;;
;; `npm run kernel` assembles this file into vector-kernel.wasm.ts.
(module
  (import "host" "memory" (memory 1))
  (func (export "scan")
    (param $query i32) (param $codes i32) (param $scales i32) (param $rows i32) (param $groups i32)
    (param $bias f32) (param $minScore f32) (param $hits i32)
    (result i32)
    (local $row i32) (local $end i32) (local $part i32) (local $chunksLeft i32)
    (local $sum v128) (local $chunk v128) (local $codesOfHalf v128)
    (local $score f32)
    (local.set $end (local.get $hits))
    (loop $eachRow
      (local.set $sum (v128.const i32x4 0 0 0 0))
      (local.set $part (local.get $query))
      (local.set $chunksLeft (i32.shl (local.get $groups) (i32.const 2)))
      (loop $eachChunk
        (local.set $chunk (v128.load (local.get $codes)))
        ;; Dimensions 0..15: the low halves of the bytes.
        (local.set $codesOfHalf
          (v128.and (local.get $chunk) (v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f)))
        (local.set $sum
          (i32x4.add (local.get $sum)
            (i32x4.dot_i16x8_s
              (i16x8.extend_low_i8x16_u (local.get $codesOfHalf))
              (v128.load offset=0 (local.get $part)))))
        (local.set $sum
          (i32x4.add (local.get $sum)
            (i32x4.dot_i16x8_s
              (i16x8.extend_high_i8x16_u (local.get $codesOfHalf))
              (v128.load offset=16 (local.get $part)))))
        ;; Dimensions 16..31: the high halves.
        (local.set $codesOfHalf (i8x16.shr_u (local.get $chunk) (i32.const 4)))
        (local.set $sum
          (i32x4.add (local.get $sum)
            (i32x4.dot_i16x8_s
              (i16x8.extend_low_i8x16_u (local.get $codesOfHalf))
              (v128.load offset=32 (local.get $part)))))
        (local.set $sum
          (i32x4.add (local.get $sum)
            (i32x4.dot_i16x8_s
              (i16x8.extend_high_i8x16_u (local.get $codesOfHalf))
              (v128.load offset=48 (local.get $part)))))
        (local.set $codes (i32.add (local.get $codes) (i32.const 16)))
        (local.set $part (i32.add (local.get $part) (i32.const 64)))
        (br_if $eachChunk
          (local.tee $chunksLeft (i32.sub (local.get $chunksLeft) (i32.const 1)))))
      (local.set $score
        (f32.mul
          (f32.load (local.get $scales))
          (f32.sub
            (f32.convert_i32_s
              (i32.add
                (i32.add
                  (i32x4.extract_lane 0 (local.get $sum))
                  (i32x4.extract_lane 1 (local.get $sum)))
                (i32.add
                  (i32x4.extract_lane 2 (local.get $sum))
                  (i32x4.extract_lane 3 (local.get $sum)))))
            (local.get $bias))))
      (if (f32.ge (local.get $score) (local.get $minScore))
        (then
          (i32.store offset=0 (local.get $end) (local.get $row))
          (f32.store offset=4 (local.get $end) (local.get $score))
          (local.set $end (i32.add (local.get $end) (i32.const 8)))))
      (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
      (br_if $eachRow
        (i32.lt_u
          (local.tee $row (i32.add (local.get $row) (i32.const 1)))
          (local.get $rows))))
    (i32.sub (local.get $end) (local.get $hits))))
