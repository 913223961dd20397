using System.Globalization;

namespace Optimi;

/// <summary>What a file calls the parameters of an optimizer where it speaks of states and of groups: by their names, or, as PyTorch's own
/// <c>state_dict</c> does, by numbers in the order of the groups.</summary>
internal sealed class StateOwners
{
    private const string Params = "params";

    private readonly Dictionary<Parameter, (string State, string Group)> _owners = [];

    public StateOwners(CheckpointReader reader, Optimizer optimizer)
    {
        bool isByNumber = reader.Manifest is null && !optimizer.Parameters.Any(parameter => reader.HasStatesOf(parameter.Name))
            && (reader.TryGetOption(Text(0), Params, out _) || reader.TryGetOption(Text(0), CheckpointKeys.Lr, out _)
                || reader.HasStatesOf(Text(0)));
        int next = 0;
        foreach ((int group, ParameterGroup parameters) in optimizer.Groups.Index())
        {
            double[]? numbers = isByNumber && reader.TryGetOption(Text(group), Params, out StoredTensor? stored) ? stored.ToArray() : null;
            foreach ((int i, Parameter parameter) in parameters.Parameters.Index())
            {
                string number = numbers is not null && i < numbers.Length ? numbers[i].ToString(CultureInfo.InvariantCulture) : Text(next);
                _owners.Add(parameter, isByNumber ? (number, Text(group)) : (parameter.Name, parameter.Name));
                next++;
            }
        }
    }

    /// <summary>What the file calls the owner of a parameter's states, and of its options.</summary>
    public (string State, string Group) this[Parameter parameter] => _owners[parameter];

    public bool Owns(Parameter parameter) => _owners.ContainsKey(parameter);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
