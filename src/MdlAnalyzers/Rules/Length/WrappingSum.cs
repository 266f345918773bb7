using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>Sums and products of lengths that can be larger than their type.</summary>
internal static class WrappingSum
{
    private const long Small = 1L << 31;

    /// <summary>Whether arithmetic adds or multiplies whole numbers.</summary>
    public static bool IsStep(in Computation computation) =>
        computation.Operands.Length == 2 && KindOf(computation.Operation) is BinaryOperatorKind.Add or BinaryOperatorKind.Multiply or BinaryOperatorKind.LeftShift && MaxOf(computation.Operation.Type) > 0;

    /// <summary>Whether the result of a step can wrap around, and nobody could say otherwise: an operand came from outside, or nothing is known about either.</summary>
    /// <param name="computation">The step.</param>
    /// <param name="compared">Numbers that were compared with a byte count by themselves.</param>
    public static bool CanWrap(in Computation computation, HashSet<Term> compared)
    {
        (IOperation left, IOperation right, bool isChecked) = computation.Operation switch
        {
            IBinaryOperation binary => (binary.LeftOperand, binary.RightOperand, binary.IsChecked),
            ICompoundAssignmentOperation compound => (compound.Target, compound.Value, compound.IsChecked),
            _ => (computation.Operation, computation.Operation, true),
        };
        // What is added to itself is added up in a loop.
        if (isChecked || computation.Operands is not [Linear a, Linear b] || a.Summands.Any(s => b.Mentions(s.Term)))
            return false;

        double first = Largest(a, left, computation.State), second = Largest(b, right, computation.State);
        double largest = KindOf(computation.Operation) switch
        {
            BinaryOperatorKind.Add => first + second,
            BinaryOperatorKind.Multiply => first * second,
            _ => b.IsConstant ? first * Math.Pow(2, b.Constant & 63) : 0,
        };
        if (largest <= MaxOf(computation.Operation.Type))
            return false;
        Trust trust = TrustOf(a, first, computation.State, compared), other = TrustOf(b, second, computation.State, compared);
        return trust == Trust.None || other == Trust.None || (trust == Trust.Unknown && other == Trust.Unknown);
    }

    /// <summary>The largest number that a type can hold; 0 if it holds no whole numbers.</summary>
    public static double MaxOf(ITypeSymbol? type) => type?.SpecialType switch
    {
        SpecialType.System_SByte => sbyte.MaxValue,
        SpecialType.System_Byte => byte.MaxValue,
        SpecialType.System_Int16 => short.MaxValue,
        SpecialType.System_UInt16 => ushort.MaxValue,
        SpecialType.System_Int32 => int.MaxValue,
        SpecialType.System_UInt32 => uint.MaxValue,
        SpecialType.System_Int64 or SpecialType.System_IntPtr => long.MaxValue,
        SpecialType.System_UInt64 or SpecialType.System_UIntPtr => ulong.MaxValue,
        _ => 0,
    };

    private static BinaryOperatorKind KindOf(IOperation operation) => operation switch
    {
        IBinaryOperation { OperatorMethod: null } binary => binary.OperatorKind,
        ICompoundAssignmentOperation { OperatorMethod: null } compound => compound.OperatorKind,
        _ => BinaryOperatorKind.None,
    };

    private static double Largest(Linear value, IOperation operation, FlowState state)
    {
        while (operation is IConversionOperation { Operand.Type: { } } conversion && MaxOf(conversion.Operand.Type) > 0)
            operation = conversion.Operand;
        long known = state.RangeOf(value).High;
        double natural = MaxOf(operation.Type);
        return natural > 0 && natural < known ? natural : known;
    }

    private static Trust TrustOf(Linear value, double largest, FlowState state, HashSet<Term> compared)
    {
        if (value.IsConstant || largest < Small)
            return Trust.Full;
        Trust trust = Trust.Full;
        foreach (Summand summand in value.Summands)
        {
            Term term = summand.Term;
            if (compared.Contains(term) || IsBounded(term, state))
                continue;
            if (term.Kind == TermKind.Loaded)
                return Trust.None;
            // A loop variable counts up to something that was tested; what a call returns is mostly made to fit.
            if (term is { Kind: TermKind.Symbol, Key: ISymbol })
                trust = Trust.Unknown;
        }

        return trust;
    }

    // Compared with a length from above: then a sum of two is far from the end of its type.
    private static bool IsBounded(Term term, FlowState state) =>
        state.RangeOf(term).High < Small
        || state.Sums.Any(relation => relation.Key.FactorOf(term) is var factor && (factor > 0 ? relation.Value.High < Small : factor < 0 && relation.Value.Low > -Small)
            && relation.Key.Summands.All(s => s.Term.Equals(term) || s.Term.Kind is TermKind.Length or TermKind.RequestLength));

    private enum Trust
    {
        Full,

        /// <summary>Nothing is known about the number.</summary>
        Unknown,

        /// <summary>The number was read from a buffer or a device, so it can be any.</summary>
        None,
    }
}
