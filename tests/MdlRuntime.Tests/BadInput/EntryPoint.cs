using System.Reflection;
using System.Reflection.Emit;
using MdlRuntime.Annotations;
using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.BadInput;

/// <summary>A public method, setter or constructor of the runtime, callable with boxed arguments; reflection itself cannot pass spans.</summary>
internal sealed class EntryPoint
{
    private readonly Action<object?[]> _call;

    private EntryPoint(MethodBase method)
    {
        Method = method;
        ParameterInfo[] parameters = method.GetParameters();
        Types = [.. parameters.Select(parameter => parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType)];
        NamesOfParameters = [.. parameters.Select(parameter => parameter.Name!)];
        if (HasReceiver)
            (Types, NamesOfParameters) = ([method.DeclaringType!, .. Types], ["this", .. NamesOfParameters]);
        _call = Emit(method);
    }

    public MethodBase Method { get; }

    public bool HasReceiver => !Method.IsStatic && !Method.IsConstructor;

    /// <summary>What to pass, the receiver first.</summary>
    public Type[] Types { get; }

    public string[] NamesOfParameters { get; }

    public string Name => $"{Method.DeclaringType!.Name}.{Method.Name}({string.Join(", ", Method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    /// <summary>Everything public that runs code of the runtime, by name.</summary>
    public static IReadOnlyDictionary<string, EntryPoint> All { get; } = typeof(Machine).Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, Namespace: not null } && type.Namespace != typeof(MdlEffectAttribute).Namespace)
        .Where(type => !type.IsAssignableTo(typeof(Delegate)) && !type.IsAssignableTo(typeof(Exception)))
        .SelectMany(Methods).Select(method => new EntryPoint(method)).ToDictionary(entry => entry.Name);

    public void Call(object?[] arguments) => _call(arguments);

    private static IEnumerable<MethodBase> Methods(Type type)
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (ConstructorInfo constructor in type.GetConstructors())
            yield return constructor;
        foreach (MethodInfo method in type.GetMethods(declared))
        {
            bool isOfRecord = method.Name is "<Clone>$" or "Equals" or "GetHashCode" || method.Name.StartsWith("op_", StringComparison.Ordinal);
            if (!isOfRecord)
                yield return method.IsGenericMethodDefinition ? method.MakeGenericMethod(typeof(int)) : method;
        }
    }

    private static Action<object?[]> Emit(MethodBase method)
    {
        var thunk = new DynamicMethod(method.Name, null, [typeof(object[])], typeof(EntryPoint).Module, skipVisibility: true);
        ILGenerator il = thunk.GetILGenerator();
        int index = 0;
        if (!method.IsStatic && !method.IsConstructor)
            Load(il, index++, method.DeclaringType!);
        foreach (ParameterInfo parameter in method.GetParameters())
            LoadParameter(il, index++, parameter);
        if (method is ConstructorInfo constructor)
            il.Emit(OpCodes.Newobj, constructor);
        else
            il.Emit(method.IsStatic ? OpCodes.Call : OpCodes.Callvirt, (MethodInfo)method);
        if (method is not MethodInfo { ReturnType: var returned } || returned != typeof(void))
            il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Ret);
        return thunk.CreateDelegate<Action<object?[]>>();
    }

    private static void LoadParameter(ILGenerator il, int index, ParameterInfo parameter)
    {
        if (!parameter.ParameterType.IsByRef)
        {
            Load(il, index, parameter.ParameterType);
            return;
        }

        Type type = parameter.ParameterType.GetElementType()!;
        LocalBuilder variable = il.DeclareLocal(type);
        if (!parameter.IsOut)
        {
            Load(il, index, type);
            il.Emit(OpCodes.Stloc, variable);
        }

        il.Emit(OpCodes.Ldloca, variable);
    }

    private static void Load(ILGenerator il, int index, Type type)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldelem_Ref);
        if (!type.IsByRefLike)
        {
            il.Emit(OpCodes.Unbox_Any, type);
            return;
        }

        Type array = type.GenericTypeArguments[0].MakeArrayType();
        il.Emit(OpCodes.Castclass, array);
        il.Emit(OpCodes.Newobj, type.GetConstructor([array])!);
    }
}
