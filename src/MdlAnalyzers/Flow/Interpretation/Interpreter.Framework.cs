using System.Collections.Immutable;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>The few framework methods whose result the rules need to understand.</summary>
internal sealed partial class Interpreter
{
    private Value? EvalFramework(IInvocationOperation invocation, CallEvent call, Value? receiver)
    {
        IMethodSymbol method = invocation.TargetMethod;
        if (!IsFramework(method.ContainingNamespace))
            return null;

        SyntaxNode node = invocation.Syntax;
        if (method.ContainingType.Name == "Marshal" && call.Arguments is [{ Value: Linear address }, { Parameter.Name: "ofs", Value: Linear distance }, ..])
            Computed(Arithmetic.Add(address, distance, node), invocation, address, distance);
        Value? First() => call.Arguments.Length > 0 ? call.Arguments[0].Value : null;
        Value? Second() => call.Arguments.Length > 1 ? call.Arguments[1].Value : null;
        switch (method.Name)
        {
            case "Min" when (receiver ?? First()) is Linear a && (receiver is null ? Second() : First()) is Linear b:
                return Computed(Arithmetic.Minimum(a, b, node), invocation, a, b);
            case "Max" when First() is Linear a && Second() is Linear b:
                return Computed(Arithmetic.Maximum(a, b, node), invocation, a, b);
            case "Clamp" when First() is Linear a && Second() is Linear low && call.Arguments.Length == 3 && call.Arguments[2].Value is Linear high:
                return Computed(Arithmetic.Maximum(Computed(Arithmetic.Minimum(a, high, node), invocation, a, high), low, node), invocation, a, low, high);
            case "Ceiling" when First() is Linear a:
                return Computed(Arithmetic.Ceiling(a, node), invocation, a);
            case "Floor" or "Truncate" or "Round" when First() is Linear a:
                return Computed(Arithmetic.Truncate(a), invocation, a);
            case "Abs" when First() is Linear a:
                return a;
            case "DivRem" when First() is Linear a && Second() is Linear b:
                Linear quotient = Computed(Arithmetic.Divide(a, b, node), invocation, a, b);
                Linear remainder = Arithmetic.Modulo(a, b, node);
                if (call.Arguments.Length == 3)
                {
                    StoreSilently(call.Arguments[2].Operation, remainder);
                    return quotient;
                }

                return new TupleValue([quotient, remainder]);
            case "CreateChecked" or "CreateTruncating" or "CreateSaturating" or "BitCast" when First() is { } number:
                if (method.Name != "CreateChecked")
                    Narrowed(number, call.Arguments[0].Operation.Type, method.ReturnType, node, invocation);
                return number;
            case "ToString" when receiver is Linear:
                return receiver;
            case "ThrowIfZero" or "ThrowIfNegativeOrZero" or "ThrowIfLessThan" or "ThrowIfLessThanOrEqual" or "ThrowIfEqual" or "ThrowIfNotEqual" or "ThrowIfGreaterThan" or "ThrowIfGreaterThanOrEqual" when First() is Linear tested:
                Refuse(method.Name, tested, Second() as Linear, IsUnsigned(call.Arguments[0].Parameter?.Type));
                return UnknownValue.Instance;
            case "ToUInt64" or "ToInt64" or "ToUInt32" or "ToInt32" or "ToUInt16" or "ToInt16" or "ToPointer" or "ToByte" when First() is Linear or BoolValue || receiver is Linear:
                return First() ?? receiver;
            case "GetValueOrDefault" when receiver is not null:
                return receiver is NullValue ? First() ?? Linear.Zero : receiver;
            case "ReferenceEquals" or "Equals" when method.IsStatic && First() is { } a && Second() is { } b:
                return new BoolValue(Compare(Comparison.Equal, a, b, unsigned: true));
            case "Equals" when receiver is not null && First() is { } b:
                Compared(receiver, b, invocation.Instance!, invocation);
                Compared(b, receiver, call.Arguments[0].Operation, invocation);
                return new BoolValue(Compare(Comparison.Equal, receiver, b, unsigned: true));
            case "Add" or "Subtract" when IsAddressStep(method) && First() is Linear a && Second() is Linear b:
                return Computed(method.Name == "Add" ? Arithmetic.Add(a, b, node) : Arithmetic.Subtract(a, b, node), invocation, a, b);
            case "SizeOf" when call.Arguments.IsEmpty:
                return Positive(node);
            case "AlignedAlloc" when Second() is Linear { IsConstant: true } alignment && alignment.Constant > 0 && alignment.Constant % Arithmetic.PageSize == 0:
                return Linear.Of(new Term(TermKind.AlignedAddress, key: (node, frame.CallSite), node: node));
            case "Run" or "StartNew" when IsTask(method.ReturnType) && First() is DelegateValue work:
                return RunTask(work, call);
            case "QueueUserWorkItem" or "UnsafeQueueUserWorkItem" when First() is DelegateValue work:
                RunTask(work, call);
                return null;
            case "GetEnumerator" when (receiver ?? First()) is FramesValue each:
                _state = _state.Remove(new Place(null, _enumerated));
                return each;
            case "GetEnumerator" when (receiver ?? First()) is ObjectValue { Id: var collection } && ElementsOf(collection) is not null:
                return new ObjectValue(collection);
            case "FromResult" or "ConfigureAwait" or "AsTask" or "GetAwaiter" or "GetResult" when (method.Name == "FromResult" ? First() : receiver) is { } result:
                return result;
            case "Log2" or "TrailingZeroCount" when First() is Linear { IsConstant: true } power && Arithmetic.IsPowerOfTwo(power.Constant):
                return Linear.Of((long)Math.Round(Math.Log(power.Constant, 2)));
            case "ToArray" or "AsSpan" or "ToList" when (receiver ?? First()) is FramesValue frames && call.Arguments.Length <= (receiver is null ? 1 : 0):
                return frames;
            case "Slice" or "AsSpan" when (receiver ?? First()) is FramesValue frames && (receiver is null ? Second() : First()) is Linear start:
                return new FramesValue(frames.Mdl, Arithmetic.Add(frames.Start, start, node), frames.Origin);
            case "Slice" when receiver is SpanValue span && First() is Linear start:
                return Slice(span, start, Second() as Linear, node, exclusiveEnd: false);
            default:
                return EvalSequence(invocation, call, receiver);
        }
    }

    // IntPtr.Add(address, distance), Unsafe.Add<T>(pointer, distance)
    private static bool IsAddressStep(IMethodSymbol method) =>
        method.IsStatic && (IsWrappedNumber(method.ContainingType) || (method.ContainingType.Name == "Unsafe" && method.Parameters[0].Type is IPointerTypeSymbol));

    // A throw helper comes back only if its test fails.
    private void Refuse(string helper, Linear tested, Linear? bound, bool unsigned)
    {
        (Comparison Comparison, Linear? Bound) thrown = helper switch
        {
            "ThrowIfZero" => (Comparison.Equal, Linear.Zero),
            "ThrowIfNegativeOrZero" => (Comparison.LessOrEqual, Linear.Zero),
            "ThrowIfLessThan" => (Comparison.Less, bound),
            "ThrowIfLessThanOrEqual" => (Comparison.LessOrEqual, bound),
            "ThrowIfEqual" => (Comparison.Equal, bound),
            "ThrowIfNotEqual" => (Comparison.NotEqual, bound),
            "ThrowIfGreaterThan" => (Comparison.Greater, bound),
            _ => (Comparison.GreaterOrEqual, bound),
        };
        if (thrown.Bound is { } limit)
            AssumeHere(Condition.Compare(thrown.Comparison, tested, limit, unsigned), truth: false);
    }

    private Linear Computed(Linear result, IInvocationOperation invocation, params Value[] operands)
    {
        body.OnCompute(new Computation(result, invocation, invocation.Syntax, _state, frame) { Operands = [.. operands] });
        return result;
    }

    private static bool IsFramework(INamespaceSymbol? ns)
    {
        while (ns is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false })
            ns = ns.ContainingNamespace;
        return ns is { Name: "System", IsGlobalNamespace: false };
    }
}
