;; scan(query, codes, scales, tiles, width, bias, minScore, hits) -> bytes written at $hits.
;;
;; For each row of $tiles tiles of 16 rows (at least one tile) it computes
;;   score = scale[row] * (sum over i of query[i][code[row][i]] + bias)
;; and, when score >= $minScore, writes the row's number (i32) and the score (f32) at $hits: 8 bytes.
;;
;; A tile is $width chunks (at least one) of 16 bytes; byte j of a chunk is row j's. The query has two
;; tables of 16 bytes for each chunk: what each value of a byte's low half adds, and of its high half.
;; Two of them add up to 255 at most, all of a row to 65,535. vector-codes.ts writes both layouts.
;;
;; `npm run kernel` assembles this file into vector-kernel.wasm.ts.
(module
  (import "host" "memory" (memory 1))

  ;; Writes what is good enough of four rows; returns where the next hit goes.
  (func $writeHits
    (param $scores v128) (param $row i32) (param $minScore f32) (param $end i32)
    (result i32)
    (if (v128.any_true (f32x4.ge (local.get $scores) (f32x4.splat (local.get $minScore))))
      (then
        (local.set $end
          (call $writeHit
            (f32x4.extract_lane 0 (local.get $scores)) (local.get $row)
            (local.get $minScore) (local.get $end)))
        (local.set $end
          (call $writeHit
            (f32x4.extract_lane 1 (local.get $scores)) (i32.add (local.get $row) (i32.const 1))
            (local.get $minScore) (local.get $end)))
        (local.set $end
          (call $writeHit
            (f32x4.extract_lane 2 (local.get $scores)) (i32.add (local.get $row) (i32.const 2))
            (local.get $minScore) (local.get $end)))
        (local.set $end
          (call $writeHit
            (f32x4.extract_lane 3 (local.get $scores)) (i32.add (local.get $row) (i32.const 3))
            (local.get $minScore) (local.get $end)))))
    (local.get $end))

  (func $writeHit
    (param $score f32) (param $row i32) (param $minScore f32) (param $end i32)
    (result i32)
    (if (result i32) (f32.ge (local.get $score) (local.get $minScore))
      (then
        (i32.store offset=0 (local.get $end) (local.get $row))
        (f32.store offset=4 (local.get $end) (local.get $score))
        (i32.add (local.get $end) (i32.const 8)))
      (else (local.get $end))))

  ;; The scores of four rows whose sums are i32.
  (func $scoresOf (param $sums v128) (param $bias f32) (param $scales i32) (result v128)
    (f32x4.mul
      (v128.load (local.get $scales))
      (f32x4.add (f32x4.convert_i32x4_s (local.get $sums)) (f32x4.splat (local.get $bias)))))

  (func (export "scan")
    (param $query i32) (param $codes i32) (param $scales i32) (param $tiles i32) (param $width i32)
    (param $bias f32) (param $minScore f32) (param $hits i32)
    (result i32)
    (local $row i32) (local $end i32) (local $table i32) (local $chunksLeft i32)
    ;; Sums as i16: $even those of rows 0, 2, 4, …, $odd those of rows 1, 3, 5, …
    (local $chunk v128) (local $added v128) (local $even v128) (local $odd v128)
    (local $eight v128)
    (local.set $end (local.get $hits))
    (loop $eachTile
      (local.set $even (v128.const i32x4 0 0 0 0))
      (local.set $odd (v128.const i32x4 0 0 0 0))
      (local.set $table (local.get $query))
      (local.set $chunksLeft (local.get $width))
      (loop $eachChunk
        (local.set $chunk (v128.load (local.get $codes)))
        (local.set $added
          (i8x16.add
            (i8x16.swizzle
              (v128.load offset=0 (local.get $table))
              (v128.and
                (local.get $chunk)
                (v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f)))
            (i8x16.swizzle
              (v128.load offset=16 (local.get $table))
              (v128.and
                (i16x8.shr_u (local.get $chunk) (i32.const 4))
                (v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f)))))
        (local.set $even
          (i16x8.add
            (local.get $even)
            (v128.and
              (local.get $added)
              (v128.const i32x4 0x00ff00ff 0x00ff00ff 0x00ff00ff 0x00ff00ff))))
        (local.set $odd
          (i16x8.add (local.get $odd) (i16x8.shr_u (local.get $added) (i32.const 8))))
        (local.set $codes (i32.add (local.get $codes) (i32.const 16)))
        (local.set $table (i32.add (local.get $table) (i32.const 32)))
        (br_if $eachChunk
          (local.tee $chunksLeft (i32.sub (local.get $chunksLeft) (i32.const 1)))))
      ;; Rows 0..7.
      (local.set $eight
        (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23 (local.get $even) (local.get $odd)))
      (local.set $end
        (call $writeHits
          (call $scoresOf
            (i32x4.extend_low_i16x8_u (local.get $eight)) (local.get $bias) (local.get $scales))
          (local.get $row) (local.get $minScore) (local.get $end)))
      (local.set $end
        (call $writeHits
          (call $scoresOf
            (i32x4.extend_high_i16x8_u (local.get $eight)) (local.get $bias)
            (i32.add (local.get $scales) (i32.const 16)))
          (i32.add (local.get $row) (i32.const 4)) (local.get $minScore) (local.get $end)))
      ;; Rows 8..15.
      (local.set $eight
        (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31 (local.get $even) (local.get $odd)))
      (local.set $end
        (call $writeHits
          (call $scoresOf
            (i32x4.extend_low_i16x8_u (local.get $eight)) (local.get $bias)
            (i32.add (local.get $scales) (i32.const 32)))
          (i32.add (local.get $row) (i32.const 8)) (local.get $minScore) (local.get $end)))
      (local.set $end
        (call $writeHits
          (call $scoresOf
            (i32x4.extend_high_i16x8_u (local.get $eight)) (local.get $bias)
            (i32.add (local.get $scales) (i32.const 48)))
          (i32.add (local.get $row) (i32.const 12)) (local.get $minScore) (local.get $end)))
      (local.set $scales (i32.add (local.get $scales) (i32.const 64)))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (br_if $eachTile
        (local.tee $tiles (i32.sub (local.get $tiles) (i32.const 1)))))
    (i32.sub (local.get $end) (local.get $hits))))
