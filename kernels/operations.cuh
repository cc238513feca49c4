// Ops by their numbers; made by OperationsText from the expressions that fused kernels are made of, and held to it by a test.
#pragma once
#include "math.cuh"

namespace generated {

DEVICE u8 unary_b8(int op, u8 a) {
    switch (op) {
    case 0: return negate(a); // Neg
    case 1: return absolute(a); // Abs
    case 2: return relu_of(a); // Relu
    case 3: return sign_of(a); // Sign
    case 4: return (u8)(a == 0); // LogicalNot
    default: return a;
    }
}

DEVICE u8 binary_b8(int op, u8 a, u8 b, IndexError *error, unsigned long long token) {
    switch (op) {
    case 0: return (u8)(a | b); // Add
    case 1: return subtract(a, b); // Sub
    case 2: return (u8)(a & b); // Mul
    case 3: return larger(a, b); // Maximum
    case 4: return smaller(a, b); // Minimum
    case 5: check_divisor(b, error, token); return fmod_of(a, b); // Fmod
    case 6: check_divisor(b, error, token); return remainder_of(a, b); // Remainder
    case 7: check_divisor(b, error, token); return floor_quotient(a, b); // FloorDivide
    case 8: return whole_power(a, b); // Pow
    case 9: return (u8)(a & b); // LogicalAnd
    case 10: return (u8)(a | b); // LogicalOr
    case 11: return (u8)(a ^ b); // LogicalXor
    default: return a;
    }
}

DEVICE u8 relation_b8(int op, u8 a, u8 b) {
    switch (op) {
    case 0: return (u8)(a == b); // Equal
    case 1: return (u8)(a != b); // NotEqual
    case 2: return (u8)(a < b); // Less
    case 3: return (u8)(a <= b); // LessEqual
    case 4: return (u8)(a > b); // Greater
    case 5: return (u8)(a >= b); // GreaterEqual
    default: return 0;
    }
}

DEVICE u8 unary_u8(int op, u8 a) {
    switch (op) {
    case 0: return negate(a); // Neg
    case 1: return absolute(a); // Abs
    case 2: return relu_of(a); // Relu
    case 3: return sign_of(a); // Sign
    case 4: return (u8)~a; // LogicalNot
    default: return a;
    }
}

DEVICE u8 binary_u8(int op, u8 a, u8 b, IndexError *error, unsigned long long token) {
    switch (op) {
    case 0: return add(a, b); // Add
    case 1: return subtract(a, b); // Sub
    case 2: return multiply(a, b); // Mul
    case 3: return larger(a, b); // Maximum
    case 4: return smaller(a, b); // Minimum
    case 5: check_divisor(b, error, token); return fmod_of(a, b); // Fmod
    case 6: check_divisor(b, error, token); return remainder_of(a, b); // Remainder
    case 7: check_divisor(b, error, token); return floor_quotient(a, b); // FloorDivide
    case 8: return whole_power(a, b); // Pow
    case 9: return (u8)(a & b); // LogicalAnd
    case 10: return (u8)(a | b); // LogicalOr
    case 11: return (u8)(a ^ b); // LogicalXor
    default: return a;
    }
}

DEVICE u8 relation_u8(int op, u8 a, u8 b) {
    switch (op) {
    case 0: return (u8)(a == b); // Equal
    case 1: return (u8)(a != b); // NotEqual
    case 2: return (u8)(a < b); // Less
    case 3: return (u8)(a <= b); // LessEqual
    case 4: return (u8)(a > b); // Greater
    case 5: return (u8)(a >= b); // GreaterEqual
    default: return 0;
    }
}

DEVICE i32 unary_i32(int op, i32 a) {
    switch (op) {
    case 0: return negate(a); // Neg
    case 1: return absolute(a); // Abs
    case 2: return relu_of(a); // Relu
    case 3: return sign_of(a); // Sign
    case 4: return (i32)~a; // LogicalNot
    default: return a;
    }
}

DEVICE i32 binary_i32(int op, i32 a, i32 b, IndexError *error, unsigned long long token) {
    switch (op) {
    case 0: return add(a, b); // Add
    case 1: return subtract(a, b); // Sub
    case 2: return multiply(a, b); // Mul
    case 3: return larger(a, b); // Maximum
    case 4: return smaller(a, b); // Minimum
    case 5: check_divisor(b, error, token); return fmod_of(a, b); // Fmod
    case 6: check_divisor(b, error, token); return remainder_of(a, b); // Remainder
    case 7: check_divisor(b, error, token); return floor_quotient(a, b); // FloorDivide
    case 8: return whole_power(a, b); // Pow
    case 9: return (i32)(a & b); // LogicalAnd
    case 10: return (i32)(a | b); // LogicalOr
    case 11: return (i32)(a ^ b); // LogicalXor
    default: return a;
    }
}

DEVICE u8 relation_i32(int op, i32 a, i32 b) {
    switch (op) {
    case 0: return (u8)(a == b); // Equal
    case 1: return (u8)(a != b); // NotEqual
    case 2: return (u8)(a < b); // Less
    case 3: return (u8)(a <= b); // LessEqual
    case 4: return (u8)(a > b); // Greater
    case 5: return (u8)(a >= b); // GreaterEqual
    default: return 0;
    }
}

DEVICE i64 unary_i64(int op, i64 a) {
    switch (op) {
    case 0: return negate(a); // Neg
    case 1: return absolute(a); // Abs
    case 2: return relu_of(a); // Relu
    case 3: return sign_of(a); // Sign
    case 4: return (i64)~a; // LogicalNot
    default: return a;
    }
}

DEVICE i64 binary_i64(int op, i64 a, i64 b, IndexError *error, unsigned long long token) {
    switch (op) {
    case 0: return add(a, b); // Add
    case 1: return subtract(a, b); // Sub
    case 2: return multiply(a, b); // Mul
    case 3: return larger(a, b); // Maximum
    case 4: return smaller(a, b); // Minimum
    case 5: check_divisor(b, error, token); return fmod_of(a, b); // Fmod
    case 6: check_divisor(b, error, token); return remainder_of(a, b); // Remainder
    case 7: check_divisor(b, error, token); return floor_quotient(a, b); // FloorDivide
    case 8: return whole_power(a, b); // Pow
    case 9: return (i64)(a & b); // LogicalAnd
    case 10: return (i64)(a | b); // LogicalOr
    case 11: return (i64)(a ^ b); // LogicalXor
    default: return a;
    }
}

DEVICE u8 relation_i64(int op, i64 a, i64 b) {
    switch (op) {
    case 0: return (u8)(a == b); // Equal
    case 1: return (u8)(a != b); // NotEqual
    case 2: return (u8)(a < b); // Less
    case 3: return (u8)(a <= b); // LessEqual
    case 4: return (u8)(a > b); // Greater
    case 5: return (u8)(a >= b); // GreaterEqual
    default: return 0;
    }
}

DEVICE float unary_f32(int op, float a) {
    switch (op) {
    case 0: return negate(a); // Neg
    case 1: return absolute(a); // Abs
    case 2: return relu_of(a); // Relu
    case 3: return sign_of(a); // Sign
    case 4: return root(a); // Sqrt
    case 5: return round_down(a); // Floor
    case 6: return round_up(a); // Ceil
    case 7: return truncate(a); // Trunc
    case 8: return round_even(a); // Round
    case 9: return exp_of(a); // Exp
    case 10: return exp2_of(a); // Exp2
    case 11: return expm1_of(a); // Expm1
    case 12: return log_of(a); // Log
    case 13: return log2_of(a); // Log2
    case 14: return log1p_of(a); // Log1p
    case 15: return sin_of(a); // Sin
    case 16: return cos_of(a); // Cos
    case 17: return tan_of(a); // Tan
    case 18: return tanh_of(a); // Tanh
    case 19: return sigmoid_of(a); // Sigmoid
    case 20: return erf_of(a); // Erf
    case 21: return (float)1 / root(a); // Rsqrt
    case 22: return (float)1 / a; // Reciprocal
    default: return a;
    }
}

DEVICE float binary_f32(int op, float a, float b, IndexError *error, unsigned long long token) {
    switch (op) {
    case 0: return add(a, b); // Add
    case 1: return subtract(a, b); // Sub
    case 2: return multiply(a, b); // Mul
    case 3: return larger(a, b); // Maximum
    case 4: return smaller(a, b); // Minimum
    case 5: return fmod_of(a, b); // Fmod
    case 6: return remainder_of(a, b); // Remainder
    case 7: return floor_quotient(a, b); // FloorDivide
    case 8: return atan2_of(a, b); // Atan2
    case 9: return pow_of(a, b); // Pow
    case 10: return a / b; // Div
    default: return a;
    }
}

DEVICE u8 relation_f32(int op, float a, float b) {
    switch (op) {
    case 0: return (u8)(a == b); // Equal
    case 1: return (u8)(a != b); // NotEqual
    case 2: return (u8)(a < b); // Less
    case 3: return (u8)(a <= b); // LessEqual
    case 4: return (u8)(a > b); // Greater
    case 5: return (u8)(a >= b); // GreaterEqual
    default: return 0;
    }
}

DEVICE f64 unary_f64(int op, f64 a) {
    switch (op) {
    case 0: return negate(a); // Neg
    case 1: return absolute(a); // Abs
    case 2: return relu_of(a); // Relu
    case 3: return sign_of(a); // Sign
    case 4: return root(a); // Sqrt
    case 5: return round_down(a); // Floor
    case 6: return round_up(a); // Ceil
    case 7: return truncate(a); // Trunc
    case 8: return round_even(a); // Round
    case 9: return exp_of(a); // Exp
    case 10: return exp2_of(a); // Exp2
    case 11: return expm1_of(a); // Expm1
    case 12: return log_of(a); // Log
    case 13: return log2_of(a); // Log2
    case 14: return log1p_of(a); // Log1p
    case 15: return sin_of(a); // Sin
    case 16: return cos_of(a); // Cos
    case 17: return tan_of(a); // Tan
    case 18: return tanh_of(a); // Tanh
    case 19: return sigmoid_of(a); // Sigmoid
    case 20: return erf_of(a); // Erf
    case 21: return (f64)1 / root(a); // Rsqrt
    case 22: return (f64)1 / a; // Reciprocal
    default: return a;
    }
}

DEVICE f64 binary_f64(int op, f64 a, f64 b, IndexError *error, unsigned long long token) {
    switch (op) {
    case 0: return add(a, b); // Add
    case 1: return subtract(a, b); // Sub
    case 2: return multiply(a, b); // Mul
    case 3: return larger(a, b); // Maximum
    case 4: return smaller(a, b); // Minimum
    case 5: return fmod_of(a, b); // Fmod
    case 6: return remainder_of(a, b); // Remainder
    case 7: return floor_quotient(a, b); // FloorDivide
    case 8: return atan2_of(a, b); // Atan2
    case 9: return pow_of(a, b); // Pow
    case 10: return a / b; // Div
    default: return a;
    }
}

DEVICE u8 relation_f64(int op, f64 a, f64 b) {
    switch (op) {
    case 0: return (u8)(a == b); // Equal
    case 1: return (u8)(a != b); // NotEqual
    case 2: return (u8)(a < b); // Less
    case 3: return (u8)(a <= b); // LessEqual
    case 4: return (u8)(a > b); // Greater
    case 5: return (u8)(a >= b); // GreaterEqual
    default: return 0;
    }
}

} // namespace generated
