using System.Collections.Immutable;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Flow.Interpretation;

/// <summary>Numbers that are put into text, and what the text calls them.</summary>
internal sealed partial class Interpreter
{
    private Value EvalText(IInterpolatedStringOperation text)
    {
        string? before = null;
        foreach (IInterpolatedStringContentOperation part in text.Parts)
        {
            if (part is IInterpolationOperation interpolation)
                UseInText(Eval(interpolation.Expression), interpolation.Expression, before);
            else if (part is IInterpolatedStringTextOperation { Text.ConstantValue: { HasValue: true, Value: string literal } })
                before = literal;
        }

        return UnknownValue.Instance;
    }

    // "va {0:X}", and what stands for 0.
    private void UseInFormat(CallEvent call)
    {
        int index = 0;
        while (index < call.Arguments.Length && call.Arguments[index].Operation.ConstantValue is not { HasValue: true, Value: string })
            index++;
        if (index == call.Arguments.Length)
        {
            UseInHandler(call);
            return;
        }

        if (call.Method is { Name: "Concat", ContainingType.SpecialType: SpecialType.System_String })
        {
            for (int i = index + 1; i < call.Arguments.Length; i++)
                UseInText(call.Arguments[i].Value, call.Arguments[i].Operation, call.Arguments[i - 1].Operation.ConstantValue.Value as string);
            return;
        }

        IReadOnlyList<(string Name, string Before)> holes = Holes((string)call.Arguments[index].Operation.ConstantValue.Value!);
        ImmutableArray<(Value Value, IOperation Operation)> inserted = Inserted(call, index + 1);
        for (int i = 0; i < holes.Count; i++)
        {
            int position = int.TryParse(holes[i].Name, out int number) ? number : i;
            if (position >= 0 && position < inserted.Length)
                UseInText(inserted[position].Value, inserted[position].Operation, holes[i].Before);
        }
    }

    private ImmutableArray<(Value Value, IOperation Operation)> Inserted(CallEvent call, int first)
    {
        ImmutableArray<(Value, IOperation)>.Builder inserted = ImmutableArray.CreateBuilder<(Value, IOperation)>();
        foreach (CallArgument argument in call.Arguments.Skip(first))
        {
            ImmutableArray<IOperation> elements = argument.Operation switch
            {
                IArrayCreationOperation { IsImplicit: true, Initializer: { } initializer } => initializer.ElementValues,
                ICollectionExpressionOperation { IsImplicit: true } collection => collection.Elements,
                _ => ImmutableArray<IOperation>.Empty,
            };
            if (elements.IsEmpty)
                inserted.Add((argument.Value, argument.Operation));
            for (int i = 0; i < elements.Length; i++)
                inserted.Add((argument.Object is { } array && _state.Get(new Place(array, i)) is { } value ? value : UnknownValue.Instance, elements[i]));
        }

        return inserted.ToImmutable();
    }

    // An interpolated string that a handler takes in part by part.
    private void UseInHandler(CallEvent call)
    {
        if (call.Method.Name != "AppendFormatted" || call.Arguments.IsEmpty || call.Arguments[0].Node.Parent is not InterpolationSyntax { Parent: InterpolatedStringExpressionSyntax text } hole)
            return;
        int position = text.Contents.IndexOf(hole);
        UseInText(call.Arguments[0].Value, call.Arguments[0].Operation, position > 0 && text.Contents[position - 1] is InterpolatedStringTextSyntax before ? before.TextToken.ValueText : null);
    }

    private void UseInText(Value value, IOperation operation, string? before)
    {
        while (operation is IConversionOperation { IsImplicit: true } boxed)
            operation = boxed.Operand;
        body.OnUse(new ValueUse(value, operation.Syntax, UseKind.Text, _state, frame) { Name = before, Type = operation.Type, Operation = operation });
    }

    // The holes of a composite format or a message template, and the text in front of each.
    private static IReadOnlyList<(string Name, string Before)> Holes(string format)
    {
        var holes = new List<(string, string)>();
        int start = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '{')
                continue;
            if (i + 1 < format.Length && format[i + 1] == '{')
            {
                i++;
                continue;
            }

            int end = format.IndexOf('}', i);
            if (end < 0)
                break;
            string hole = format.Substring(i + 1, end - i - 1);
            int detail = hole.IndexOfAny([',', ':']);
            holes.Add(((detail < 0 ? hole : hole.Substring(0, detail)).TrimStart('@', '$').Trim(), format.Substring(start, i - start)));
            start = end + 1;
            i = end;
        }

        return holes;
    }
}
